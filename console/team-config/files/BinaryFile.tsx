import { formatBytes } from '#console/ui/figures.ts';
import type { BundleFile } from '#contract/team-config-files.ts';
import { sizeOf } from '../working-files.ts';
import classes from './Files.module.css';

export const BinaryFile = ({ file }: { file: BundleFile }) => (
  <p className={classes.binary}>
    This is no text: {formatBytes(sizeOf(file))}. It can be replaced by uploading a file of the same path.
  </p>
);
