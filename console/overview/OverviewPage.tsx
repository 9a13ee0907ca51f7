import { Page } from '#console/shell/Page.tsx';

export function OverviewPage() {
  return <Page title="OverviewPage">soon</Page>;
}
