import { Page } from '#console/shell/Page.tsx';

export function GitPage() {
  return <Page title="GitHub">{null}</Page>;
}
