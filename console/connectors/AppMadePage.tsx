import { Page } from '#console/shell/Page.tsx';

export function AppMadePage() {
  return <Page title="Connecting GitHub">{null}</Page>;
}
