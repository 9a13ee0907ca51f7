import { Page } from '#console/shell/Page.tsx';

export function SettingsPage() {
  return <Page title="SettingsPage">soon</Page>;
}
