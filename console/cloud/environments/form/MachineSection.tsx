import { NumberInput, Radio, Select, Switch, TagsInput } from '@mantine/core';
import { Section } from '#console/ui/Section.tsx';
import { longestCacheHours, machineSizeNames, machineSizes } from '#contract/environments.ts';
import classes from '../Environments.module.css';
import type { SectionProps } from './section-props.ts';

const runtimes = [
  { value: 'any', label: 'Whatever the runner has' },
  { value: 'runsc', label: 'gVisor (runsc): a kernel of its own' },
  { value: 'runc', label: 'Containers (runc)' },
  { value: 'process', label: 'Processes (bubblewrap): the weakest' },
];

export function MachineSection(props: SectionProps) {
  const { draft, edit, isReadOnly, options } = props;
  return (
    <Section title="Machine">
      <div className={classes.fields}>
        <Radio.Group
          label="Size"
          description="An attempt that needs more ends, and says which limit it was."
          value={draft.machineSize}
          onChange={(size) => edit({ machineSize: size as typeof draft.machineSize })}
        >
          <div className={`${classes.sizes} ${classes.below}`}>
            {machineSizeNames.map((size) => (
              <Radio.Card key={size} value={size} className={classes.size ?? ''} disabled={isReadOnly}>
                <Radio.Indicator className={classes.indicator ?? ''} />
                <span>
                  <span className={classes.sizeName}>{size.charAt(0).toUpperCase() + size.slice(1)}</span>
                  <span className={classes.sizeFacts}>
                    {machineSizes[size].cpus} CPU, {machineSizes[size].memoryMb / 1024} GB memory,{' '}
                    {machineSizes[size].diskMb / 1024} GB disk, {machineSizes[size].processes} processes
                  </span>
                </span>
              </Radio.Card>
            ))}
          </div>
        </Radio.Group>
        <NumberInput
          label="Time limit, in minutes"
          description="For each attempt, set-up included."
          min={1}
          max={720}
          clampBehavior="strict"
          allowDecimal={false}
          readOnly={isReadOnly}
          value={draft.timeLimitMinutes}
          onChange={(minutes) => typeof minutes === 'number' && edit({ timeLimitMinutes: minutes })}
        />
        <Select
          label="Kept in by"
          description={
            options.runtimes.length === 0
              ? 'No runner is there at this moment.'
              : `Runners that are there have: ${options.runtimes.join(', ')}.`
          }
          allowDeselect={false}
          readOnly={isReadOnly}
          data={runtimes}
          value={draft.runtime}
          onChange={(runtime) => runtime !== null && edit({ runtime: runtime as typeof draft.runtime })}
        />
        <TagsInput
          label="Labels of runners"
          description="Only runners that have all of them. Empty: any runner."
          data={options.runnerLabels}
          maxTags={20}
          readOnly={isReadOnly}
          value={draft.runnerLabels}
          onChange={(runnerLabels) => edit({ runnerLabels })}
        />
        <ModelField {...props} />
      </div>
    </Section>
  );
}

function ModelField({ draft, edit, problems, isReadOnly, options: { models } }: SectionProps) {
  const standard = models.find(({ isDefault }) => isDefault);
  const known = models.map(({ slug, name }) => ({ value: slug, label: name }));
  const isGone = draft.model !== null && !models.some(({ slug }) => slug === draft.model);
  return (
    <Select
      label="Model"
      placeholder={standard ? `The default: ${standard.name}` : 'The default'}
      clearable
      clearButtonProps={{ 'aria-label': 'Take the default model' }}
      readOnly={isReadOnly}
      data={isGone ? [...known, { value: draft.model ?? '', label: `${draft.model} (not allowed any more)` }] : known}
      value={draft.model}
      error={problems.model}
      onChange={(model) => edit({ model })}
    />
  );
}

export function CacheFields({ draft, edit, isReadOnly }: SectionProps) {
  return (
    <>
      <Switch
        label="Keep the container after set-up"
        description="The next task starts from it and runs the maintenance script only. Shared by everyone who may use the environment."
        checked={draft.isCacheOn}
        disabled={isReadOnly}
        onChange={(event) => edit({ isCacheOn: event.currentTarget.checked })}
      />
      {draft.isCacheOn && (
        <NumberInput
          label="For how many hours"
          description="A change of set-up, variables, secrets, image or repositories throws it away earlier."
          min={1}
          max={longestCacheHours}
          clampBehavior="strict"
          allowDecimal={false}
          readOnly={isReadOnly}
          value={draft.cacheHours}
          onChange={(hours) => typeof hours === 'number' && edit({ cacheHours: hours })}
        />
      )}
    </>
  );
}
