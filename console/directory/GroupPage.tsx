import { Page } from '#console/shell/Page.tsx';

export function GroupPage() {
  return <Page title="GroupPage">soon</Page>;
}
