import { Page } from '#console/shell/Page.tsx';

export function ActivityPage() {
  return <Page title="ActivityPage">soon</Page>;
}
