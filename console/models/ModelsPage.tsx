import { Page } from '#console/shell/Page.tsx';

export function ModelsPage() {
  return <Page title="ModelsPage">soon</Page>;
}
