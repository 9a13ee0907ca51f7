import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import classes from './Sso.module.css';

/** A group by its name, which is looked up. */
export function GroupName({ id }: { id: string }) {
  const group = useQuery(api.directory.groups.get.queryOptions({ input: { id }, staleTime: 60_000 }));
  return (
    <span className={classes.groupName}>
      {group.data ? (
        <TextLink to={paths.group} params={{ id }}>
          {group.data.name}
        </TextLink>
      ) : (
        <code>{id}</code>
      )}
    </span>
  );
}
