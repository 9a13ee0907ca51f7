import {
  Button,
  Checkbox,
  Group,
  NumberInput,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { PriceTerms, PriceUnit } from '#contract/model-prices.ts';
import type { PricesAbout } from './PricesDrawer.tsx';

interface PriceFormProps {
  about: PricesAbout;
  what: 'add' | 'correct';
  onClose: () => void;
}

type Amount = number | '';
interface Draft {
  unit: PriceUnit;
  isNone: boolean;
  input: Amount;
  cachedInput: Amount;
  output: Amount;
  perUsd: Amount;
  begins: 'first' | 'moment';
  moment: string;
  message: string;
}

const amount = (typed: Amount) => (typed === '' ? null : typed);

function termsOf({ model }: PricesAbout, draft: Draft): PriceTerms {
  const none = draft.isNone;
  if (model === null) return { kind: 'rate', unit: 'credits', perUsd: none ? null : amount(draft.perUsd) };
  return {
    kind: 'tokens',
    model,
    unit: draft.unit,
    inputPerMillion: none ? null : amount(draft.input),
    cachedInputPerMillion: none ? null : amount(draft.cachedInput),
    outputPerMillion: none ? null : amount(draft.output),
  };
}

/** The names of the server's complaints are those of the contract. */
const fieldOf: Record<string, string> = {
  'terms.inputPerMillion': 'input',
  'terms.cachedInputPerMillion': 'cachedInput',
  'terms.outputPerMillion': 'output',
  'terms.perUsd': 'perUsd',
  validFrom: 'moment',
};
const complaints = (error: unknown) =>
  Object.fromEntries(
    Object.entries(fieldErrors(describeFailure(error))).map(([name, message]) => [fieldOf[name] ?? name, message]),
  );

function usePriceForm({ about, what }: Pick<PriceFormProps, 'about' | 'what'>) {
  const needs = (isNeeded: boolean, words: string) => (typed: Amount) => (isNeeded && typed === '' ? words : null);
  const form = useForm<Draft>({
    initialValues: {
      unit: 'usd',
      isNone: false,
      input: '',
      cachedInput: '',
      output: '',
      perUsd: '',
      begins: 'first',
      moment: '',
      message: '',
    },
    validate: {
      input: (typed, { isNone }) => needs(about.model !== null && !isNone, 'Enter a price; 0 is one.')(typed),
      output: (typed, { isNone }) => needs(about.model !== null && !isNone, 'Enter a price; 0 is one.')(typed),
      perUsd: (typed, { isNone }) => needs(about.model === null && !isNone, 'Enter how many.')(typed),
      moment: (typed, { begins }) => (begins === 'moment' && typed === '' ? 'Choose a day and a time.' : null),
      message: (typed) => (what === 'correct' && typed.trim() === '' ? 'Say why; it stays with the price.' : null),
    },
  });
  return form;
}

const words = {
  add: { first: 'Now', moment: 'Later', button: 'Set price', done: 'The price is set.' },
  correct: {
    first: 'From the beginning',
    moment: 'From a moment',
    button: 'Correct price',
    done: 'The price is corrected. Its calls are priced again in the background.',
  },
} as const;

/** A new price from now on or planned, or the correction of one of the past. */
export function PriceForm({ about, what, onClose }: PriceFormProps) {
  const form = usePriceForm({ about, what });
  const said = words[what];
  const outcome = {
    onSuccess: () => {
      showDone(said.done);
      onClose();
    },
    onError: (error: Error) => form.setErrors(complaints(error)),
  };
  const add = useMutation(api.modelPrices.add.mutationOptions(outcome));
  const correct = useMutation(api.modelPrices.correct.mutationOptions(outcome));
  const error = add.error ?? correct.error;
  const save = form.onSubmit((draft) => {
    const terms = termsOf(about, draft);
    const at = draft.begins === 'first' ? null : new Date(draft.moment).toISOString();
    if (what === 'correct') correct.mutate({ terms, validFrom: at, message: draft.message });
    else add.mutate({ terms, ...(at !== null && { validFrom: at }) });
  });
  const title = what === 'add' ? 'Set or plan' : 'Correct the past:';
  return (
    <Dialog opened onClose={onClose} title={`${title} ${about.model ?? 'credits for one US dollar'}`} size="lg">
      <form onSubmit={save} noValidate>
        <Stack gap="md">
          {error && <FailureNotice what="Nothing was changed" error={error} />}
          <Amounts form={form} about={about} />
          <Begins form={form} said={said} isPast={what === 'correct'} />
          {what === 'correct' && (
            <Textarea
              label="Why"
              description="Kept with the price and in the audit log. Reports of that time change."
              maxLength={500}
              autosize
              minRows={2}
              {...form.getInputProps('message')}
            />
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending || correct.isPending}>
              {said.button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

type Form = ReturnType<typeof usePriceForm>;

function Amounts({ form, about: { model } }: { form: Form; about: PricesAbout }) {
  const { unit, isNone } = form.values;
  const fields = {
    min: 0,
    decimalScale: 6,
    hideControls: true,
    disabled: isNone,
    ...(unit === 'usd' && model !== null && { prefix: '$' }),
  } as const;
  return (
    <>
      {model === null ? (
        <NumberInput label="Credits for one US dollar" {...fields} {...form.getInputProps('perUsd')} />
      ) : (
        <>
          <SegmentedControl
            aria-label="Unit"
            data={[
              { value: 'usd', label: 'US dollars' },
              { value: 'credits', label: 'Credits' },
            ]}
            {...form.getInputProps('unit')}
          />
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <NumberInput label="Input, per million" {...fields} {...form.getInputProps('input')} />
            <NumberInput
              label="Cached input, per million"
              placeholder="as other input"
              {...fields}
              {...form.getInputProps('cachedInput')}
            />
            <NumberInput label="Output, per million" {...fields} {...form.getInputProps('output')} />
          </SimpleGrid>
        </>
      )}
      <Checkbox
        label={model === null ? 'No credits from then on' : 'No price from then on'}
        {...form.getInputProps('isNone', { type: 'checkbox' })}
      />
    </>
  );
}

function Begins({ form, said, isPast }: { form: Form; said: { first: string; moment: string }; isPast: boolean }) {
  return (
    <Stack gap={8}>
      <SegmentedControl
        aria-label="Begins"
        data={[
          { value: 'first', label: said.first },
          { value: 'moment', label: said.moment },
        ]}
        {...form.getInputProps('begins')}
      />
      {form.values.begins === 'moment' && (
        <TextInput
          type="datetime-local"
          label="Begins"
          description={
            isPast
              ? 'In your time zone. It holds until the next price that is recorded.'
              : 'In your time zone. Until then it can be withdrawn.'
          }
          {...form.getInputProps('moment')}
        />
      )}
    </Stack>
  );
}
