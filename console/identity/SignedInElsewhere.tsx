import { useEffect } from 'react';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { tellSignedIn } from './sign-on-address.ts';

/** Where a sign-in in a window of its own ends: tells the page that waits for it, and goes. */
export function SignedInElsewhere() {
  useEffect(() => {
    tellSignedIn();
    window.close();
  }, []);
  return (
    <PlainPage title="Signed in">
      <Notice tone="ok">
        <p>Go back to the page you came from; it goes on where you were. You can close this one.</p>
      </Notice>
    </PlainPage>
  );
}
