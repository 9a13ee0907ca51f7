import { Sentence } from '#console/ui/Sentence.tsx';
import { type MarkdownBlock, markdownBlocks } from './markdown-blocks.ts';
import classes from './Skills.module.css';

/** Markdown for reading: blocks as elements, everything else as the text that it is. Nothing of it becomes HTML. */
export const PlainMarkdown = ({ source }: { source: string }) =>
  markdownBlocks(source).map((block, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the same block may stand twice, and none of them moves
    <Block key={index} block={block} />
  ));

function Block({ block }: { block: MarkdownBlock }) {
  if (block.kind === 'code')
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
      <pre className={classes.code} tabIndex={0}>
        {block.text}
      </pre>
    );
  if (block.kind === 'list') {
    const List = block.isOrdered ? 'ol' : 'ul';
    return (
      <List className={classes.paragraph}>
        {block.items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <li key={index}>
            <Sentence text={item} />
          </li>
        ))}
      </List>
    );
  }
  // The headings of the page are h1 to h3; what a skill calls its first is below them.
  if (block.kind === 'heading') return <h4 className={classes.heading}>{block.text}</h4>;
  return (
    <p className={classes.paragraph}>
      <Sentence text={block.text} />
    </p>
  );
}
