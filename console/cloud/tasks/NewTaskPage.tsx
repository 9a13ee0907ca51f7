import { Page } from '#console/shell/Page.tsx';

export function NewTaskPage() {
  return <Page title="New task">{null}</Page>;
}
