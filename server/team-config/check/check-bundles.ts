import { findBundles } from '../files/bundle-markers.ts';
import type { Project } from '../files/project.ts';
import type { Findings } from './findings.ts';

/** Bundles of the library whose files were changed here. */
export function checkBundles(project: Project, findings: Findings): void {
  for (const { bundle, problem } of findBundles(project)) {
    if (problem) findings.add({ code: 'bundle-marker', ...problem, fix: 'Fetch the bundle again.' });
    else if (bundle.sha256 !== bundle.marker.sha256) {
      const { slug, version } = bundle.marker;
      const missing =
        bundle.missing.length === 0
          ? ''
          : ` ${bundle.missing.join(', ')} ${bundle.missing.length === 1 ? 'is' : 'are'} missing.`;
      findings.add({
        code: 'bundle-modified',
        file: bundle.file,
        message: `The files of the bundle \`${slug}\` are not those of version ${version}.${missing}`,
        fix: 'Fetch the bundle again, or change it in the library.',
      });
    }
  }
}
