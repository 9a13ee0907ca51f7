/** How the audit log names a task: what it says is content, and content is no business of that log. */
export const subjectOf = (task: {
  id: string;
  repository: string;
  environmentLabel?: string;
  environment_label?: string;
}) => ({
  kind: 'task',
  id: task.id,
  label: `${task.repository} in ${task.environmentLabel ?? task.environment_label ?? 'an environment'}`,
});
