import { Page } from '#console/shell/Page.tsx';

export function EnvironmentPage() {
  return <Page title="Environment">{null}</Page>;
}
