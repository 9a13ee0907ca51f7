import { useCan } from '#console/session.ts';
import { Page } from '#console/shell/Page.tsx';
import { YourAccount } from './account/YourAccount.tsx';
import { GitTabs } from './GitTabs.tsx';
import { MemberRepositories } from './repositories/MemberRepositories.tsx';

/** Which git servers hosted tasks reach, what of them, and whether that works; for members, their own account there. */
export function GitPage() {
  const isManager = useCan('connectors.write');
  return (
    <Page
      isWide
      title="GitHub"
      description={
        isManager
          ? 'Where hosted tasks get code from and bring it back to: GitHub through an app of your own, any other git server with a deploy token.'
          : 'Hosted tasks work in your organisation’s repositories, with no more than your own account there may do.'
      }
    >
      {isManager ? (
        <GitTabs />
      ) : (
        <>
          <YourAccount />
          <MemberRepositories />
        </>
      )}
    </Page>
  );
}
