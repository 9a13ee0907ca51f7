import { Page } from '#console/shell/Page.tsx';

export function PolicyOrderPage() {
  return <Page title="PolicyOrderPage">soon</Page>;
}
