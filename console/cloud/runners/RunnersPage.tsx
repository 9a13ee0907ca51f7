import { Page } from '#console/shell/Page.tsx';

export function RunnersPage() {
  return <Page title="Runners">{null}</Page>;
}
