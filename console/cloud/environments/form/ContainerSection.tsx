import { Autocomplete, Radio, Stack, TextInput } from '@mantine/core';
import { CodeEditor } from '#console/ui/CodeEditor.tsx';
import { Section } from '#console/ui/Section.tsx';
import { type EnvironmentImage, languages } from '#contract/environments.ts';
import classes from '../Environments.module.css';
import { languageChoices } from '../language-versions.ts';
import type { SectionProps } from './section-props.ts';

const kinds: { value: EnvironmentImage['kind']; label: string; description: string }[] = [
  {
    value: 'default',
    label: 'The runner’s default image',
    description: 'What whoever runs the machines has prepared.',
  },
  { value: 'image', label: 'An image', description: 'Of a registry, or of the runner’s own engine.' },
  {
    value: 'recipe',
    label: 'A recipe',
    description: 'A Containerfile that the runner builds, without a build context.',
  },
];

const imageOf = (kind: EnvironmentImage['kind']): EnvironmentImage => {
  if (kind === 'image') return { kind, reference: '' };
  return kind === 'recipe' ? { kind, containerfile: '' } : { kind: 'default' };
};

export function ContainerSection(props: SectionProps) {
  const { draft, edit, problems, isReadOnly } = props;
  const { image } = draft;
  return (
    <div className={classes.apart}>
      <Section title="Container">
        <div className={classes.fields}>
          <Radio.Group
            label="Made of"
            readOnly={isReadOnly}
            value={image.kind}
            onChange={(kind) => edit({ image: imageOf(kind as EnvironmentImage['kind']) })}
          >
            <Stack gap={8} mt={8}>
              {kinds.map(({ value, label, description }) => (
                <Radio key={value} value={value} label={label} description={description} disabled={isReadOnly} />
              ))}
            </Stack>
          </Radio.Group>
          {image.kind === 'image' && (
            <TextInput
              label="Name of the image"
              placeholder="docker.io/library/node:24"
              description="A digest (name@sha256:…) stays the same; a tag may be another image tomorrow."
              classNames={{ input: classes.mono ?? '' }}
              spellCheck={false}
              maxLength={300}
              readOnly={isReadOnly}
              value={image.reference}
              error={problems.image}
              onChange={(event) => edit({ image: { kind: 'image', reference: event.currentTarget.value } })}
            />
          )}
          {image.kind === 'recipe' && (
            <div>
              <p className={classes.editorLabel}>Recipe</p>
              <div className={classes.editor}>
                <CodeEditor
                  label="Recipe"
                  language="shell"
                  diagnostics={noDiagnostics}
                  isReadOnly={isReadOnly}
                  value={image.containerfile}
                  onChange={(containerfile) => edit({ image: { kind: 'recipe', containerfile } })}
                />
              </div>
              {problems.image && <p className={classes.problem}>{problems.image}</p>}
            </div>
          )}
          <LanguageFields {...props} />
        </div>
      </Section>
    </div>
  );
}

/** A new list at each drawing would set the editor up anew. */
const noDiagnostics: [] = [];

/** Set as CODEX_ENV_…_VERSION, which the universal image reads. */
function LanguageFields({ draft: { languageVersions }, edit, isReadOnly }: SectionProps) {
  return (
    <fieldset className={classes.set}>
      <legend className={classes.editorLabel}>Versions of languages</legend>
      <p className={classes.note}>
        Told to the container as <code>CODEX_ENV_NODE_VERSION</code> and so on, which the universal image reads. Empty:
        what the image has.
      </p>
      <div className={`${classes.languages} ${classes.below}`}>
        {languages.map((language) => (
          <Autocomplete
            key={language}
            label={languageChoices[language].label}
            placeholder="as the image"
            readOnly={isReadOnly}
            maxLength={30}
            data={languageChoices[language].versions}
            filter={({ options }) => options}
            value={languageVersions[language] ?? ''}
            onChange={(version) => {
              const { [language]: _, ...others } = languageVersions;
              edit({ languageVersions: version.trim() === '' ? others : { ...others, [language]: version } });
            }}
          />
        ))}
      </div>
    </fieldset>
  );
}
