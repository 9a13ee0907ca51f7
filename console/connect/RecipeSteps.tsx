import { Stack } from '@mantine/core';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { Section } from '#console/ui/Section.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import type { Recipe } from '#contract/connect.ts';

export function RecipeSteps({ recipe: { title, sentence, steps, caution } }: { recipe: Recipe }) {
  return (
    <Section title={title} description={<Sentence text={sentence} />}>
      <Stack gap="md">
        {caution && (
          <Notice tone="warn">
            <p>
              <Sentence text={caution} />
            </p>
          </Notice>
        )}
        {steps.map(({ label, text, fileName }, index) => (
          <CommandBlock
            key={label}
            label={steps.length > 1 ? `${index + 1}. ${label}` : label}
            text={text}
            fileName={fileName}
          />
        ))}
      </Stack>
    </Section>
  );
}
