import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { paths } from '#console/paths.ts';
import { useSession } from '#console/session.ts';
import { Notice } from '#console/ui/Notice.tsx';
import classes from './SecondFactor.module.css';

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });

/** Until the day comes. Whoever has one sees nothing. */
export function GraceBanner() {
  const { workspace, secondFactor } = useSession();
  const navigate = useNavigate();
  if (!secondFactor.isRequired || secondFactor.isEnrolled || secondFactor.graceUntil === null) return null;
  return (
    <div className={classes.banner}>
      <Notice
        tone="warn"
        title={`From ${day.format(new Date(secondFactor.graceUntil))} on you need a second factor`}
        actions={
          <Button size="xs" onClick={() => void navigate({ to: paths.account, search: { tab: 'security' } })}>
            Set it up now
          </Button>
        }
      >
        <p>
          {workspace.name} asks for a passkey or an authenticator app. Without one you get no further after that day.
        </p>
      </Notice>
    </div>
  );
}
