import { useParams } from '@tanstack/react-router';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { formatBytes, formatCount } from '#console/ui/figures.ts';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { SkillPreview } from '#contract/team-config-files.ts';
import { PlainMarkdown } from './PlainMarkdown.tsx';
import classes from './Skills.module.css';

/** One skill: what the list says of it, what is wrong with it, what the model reads when it is used. */
export function SkillCard({ skill }: { skill: SkillPreview }) {
  const { id } = useParams({ from: '/shell/team-config/$id' });
  const { name, path, description, loads, problems, body, files, listCharacters } = skill;
  return (
    <article className={classes.skill} aria-label={name ?? path}>
      <h3 className={classes.name}>
        {name ?? 'Without a name'}
        {loads ? <StatusBadge tone="ok">Loads</StatusBadge> : <StatusBadge tone="bad">Does not load</StatusBadge>}
      </h3>
      <p className={classes.description}>
        {description ?? 'Without a description: the model cannot know when to use it.'}
      </p>
      <p className={classes.quiet}>
        <TextLink to={paths.bundle} params={{ id }} search={{ file: path }} inherit>
          {path}
        </TextLink>
        , {formatCount(listCharacters)} characters of the list
      </p>
      {problems.length > 0 && (
        <ul className={classes.problems}>
          {problems.map((problem) => (
            <li key={problem}>
              <Sentence text={problem} />
            </li>
          ))}
        </ul>
      )}
      {body.trim() !== '' && (
        <details className={classes.details}>
          <summary>What the model reads when it uses it</summary>
          <div className={classes.body}>
            <PlainMarkdown source={body} />
          </div>
        </details>
      )}
      {files.length > 0 && (
        <details className={classes.details}>
          <summary>Files that come with it ({files.length})</summary>
          <ul className={classes.files}>
            {files.map((file) => (
              <li key={file.path}>
                <code>{file.path}</code>, {formatBytes(file.bytes)}
                {file.executable && ', executable'}
              </li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}
