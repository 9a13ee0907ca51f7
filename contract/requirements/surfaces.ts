import {
  allowOrDeny,
  choice,
  closedTable,
  flag,
  ignoredBefore,
  mapOf,
  refusedBefore,
  type Shape,
  text,
} from './shape.ts';

const absolutePath = (description: string): Shape =>
  text(description, { pattern: '^(/|~/|[A-Za-z]:[\\/])', expected: 'an absolute path' });

export const surfaces: Record<string, Shape> = {
  allow_remote_control: flag('Let another device control the client (not SSH); false switches it off.', {
    ...ignoredBefore('0.140.0'),
    whenDisallowed: 'Remote control is not offered.',
  }),
  allow_appshots: flag('Let the desktop app take pictures of other apps; false switches it off.', {
    ...ignoredBefore('0.140.0'),
    whenDisallowed: 'It is not offered.',
  }),
  application: closedTable(
    {
      network: closedTable(
        {
          enabled: flag('Contact only the listed hosts; Reeve adds its own.'),
          domains: mapOf(choice(allowOrDeny, 'Allowed or denied.'), 'Hosts by exact name.'),
        },
        'Hosts the client itself may contact.',
      ),
      storage: closedTable(
        {
          default_project_parent: absolutePath('Folder new projects are made in.'),
          projectless_workspace_root: absolutePath('Folder for work without a project.'),
        },
        'Folders of the desktop app.',
        refusedBefore('0.169.0'),
      ),
    },
    'The desktop app and the hosts the client itself contacts.',
    { ...ignoredBefore('0.163.0'), whenDisallowed: 'Requests to other hosts fail, silently for background work.' },
  ),
};
