import { ChoiceField } from './ChoiceField.tsx';
import { CommandRules } from './CommandRules.tsx';
import type { FieldProps } from './document-form.ts';
import { FlagField } from './FlagField.tsx';
import { MapField } from './MapField.tsx';
import { NumberField } from './NumberField.tsx';
import { ServerIdentity } from './ServerIdentity.tsx';
import { TableFields } from './TableFields.tsx';
import { TableList } from './TableList.tsx';
import { TextField } from './TextField.tsx';
import { TomlField } from './TomlField.tsx';
import { WordList } from './WordList.tsx';
import { fits, widgetOf } from './widget-of.ts';

/** The field that fits a value. What it cannot show, because something else stands in the document, is edited as TOML. */
export function ValueField(props: FieldProps) {
  const widget = widgetOf(props.path, props.shape);
  if (props.value !== undefined && !fits(widget, props.value)) return <TomlField {...props} />;
  if (widget === 'flag') return <FlagField {...props} />;
  if (widget === 'choice') return <ChoiceField {...props} />;
  if (widget === 'text') return <TextField {...props} />;
  if (widget === 'long-text') return <TextField {...props} isLong />;
  if (widget === 'number') return <NumberField {...props} />;
  if (widget === 'word-list') return <WordList {...props} />;
  if (widget === 'command-rules') return <CommandRules {...props} />;
  if (widget === 'server-identity') return <ServerIdentity {...props} />;
  if (widget === 'table-list') return <TableList {...props} />;
  if (widget === 'map') return <MapField {...props} />;
  if (widget === 'table') return <TableFields {...props} />;
  return <TomlField {...props} />;
}
