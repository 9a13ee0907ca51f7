import { findBundles } from '../files/bundle-markers.ts';
import { join, type Project } from '../files/project.ts';
import type { Findings } from './findings.ts';

/** Bundles of the library whose files were changed here. */
export function checkBundles(project: Project, findings: Findings): void {
  for (const { bundle, problem } of findBundles(project)) {
    if (problem) findings.add({ code: 'bundle-marker', ...problem, fix: 'Fetch the bundle again.' });
    else if (bundle.sha256 !== bundle.marker.sha256) {
      const { slug, version } = bundle.marker;
      for (const path of bundle.leftOver)
        findings.add({
          code: 'bundle-left-over',
          file: join(bundle.folder, path),
          message: `This file is of an earlier version of the bundle \`${slug}\`; version ${version} no longer has it.`,
          fix: 'Delete it: `git rm`. If it is yours now, move it to another name.',
        });
      const missing =
        bundle.missing.length === 0
          ? ''
          : ` ${bundle.missing.join(', ')} ${bundle.missing.length === 1 ? 'is' : 'are'} missing.`;
      const more =
        bundle.leftOver.length === 0 ? '' : ` There are files of earlier versions: ${bundle.leftOver.join(', ')}.`;
      findings.add({
        code: 'bundle-modified',
        file: bundle.file,
        message: `The files of the bundle \`${slug}\` are not those of version ${version}.${missing}${more}`,
        fix:
          bundle.leftOver.length > 0
            ? 'Delete the files of earlier versions, and fetch the bundle again.'
            : 'Fetch the bundle again, or change it in the library.',
      });
    }
  }
}
