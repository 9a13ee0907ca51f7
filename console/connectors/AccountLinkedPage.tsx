import { Page } from '#console/shell/Page.tsx';

export function AccountLinkedPage() {
  return <Page title="Linking your account">{null}</Page>;
}
