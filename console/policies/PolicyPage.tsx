import { Page } from '#console/shell/Page.tsx';

export function PolicyPage() {
  return <Page title="PolicyPage">soon</Page>;
}
