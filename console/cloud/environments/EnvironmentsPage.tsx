import { Page } from '#console/shell/Page.tsx';

export function EnvironmentsPage() {
  return <Page title="Environments">{null}</Page>;
}
