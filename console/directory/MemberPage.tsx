import { Page } from '#console/shell/Page.tsx';

export function MemberPage() {
  return <Page title="MemberPage">soon</Page>;
}
