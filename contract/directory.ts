import { access } from './directory-access.ts';
import { groups } from './directory-groups.ts';
import { imports } from './directory-imports.ts';
import { links } from './directory-links.ts';
import { members } from './directory-members.ts';

export {
  Group,
  GroupName,
  GroupRef,
  Invitation,
  LinkPreview,
  Member,
  MemberDetail,
  MemberSource,
  MemberStatus,
} from './people.ts';

export const directory = { links, members, groups, access, imports };
