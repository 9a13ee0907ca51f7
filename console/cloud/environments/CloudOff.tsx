import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import classes from './Environments.module.css';

/** Why nothing here can be made or run. */
export function CloudOff() {
  const maySeeSettings = useCan('settings.read');
  return (
    <div className={classes.notice}>
      <Notice
        tone="warn"
        title="Codex cloud is off in this workspace"
        actions={maySeeSettings && <TextLink to={paths.settings}>Go to settings and permissions</TextLink>}
      >
        <p>
          Environments can be read and deleted, not made, changed or tried. A workspace owner turns it on under Settings
          and permissions.
        </p>
      </Notice>
    </div>
  );
}
