import { ScrollRegion } from '#console/ui/ScrollRegion.tsx';
import { type AnswerPart, answerParts } from './answer-parts.ts';
import { inline } from './inline.tsx';
import classes from './Tasks.module.css';

/** What a model wrote. Never becomes markup or a link. */
export const RichText = ({ text }: { text: string }) => (
  <div className={classes.rich}>
    {answerParts(text).map((part, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name than their place
      <Part key={index} part={part} />
    ))}
  </div>
);

function Part({ part }: { part: AnswerPart }) {
  if (part.kind === 'code')
    return (
      <ScrollRegion label="Code" className={classes.code}>
        <pre>{part.text}</pre>
      </ScrollRegion>
    );
  if (part.kind === 'list')
    return (
      <ul>
        {part.items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items may be alike, and their order is what they are
          <li key={index}>{inline(item)}</li>
        ))}
      </ul>
    );
  return <p className={part.kind === 'heading' ? classes.heading : undefined}>{inline(part.text)}</p>;
}
