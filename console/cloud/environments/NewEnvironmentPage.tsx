import { Page } from '#console/shell/Page.tsx';

export function NewEnvironmentPage() {
  return <Page title="New environment">{null}</Page>;
}
