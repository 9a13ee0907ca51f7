import { Page } from '#console/shell/Page.tsx';

export function TaskPage() {
  return <Page title="Task">{null}</Page>;
}
