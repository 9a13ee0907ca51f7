import { Page } from '#console/shell/Page.tsx';

export function ConnectPage() {
  return <Page title="ConnectPage">soon</Page>;
}
