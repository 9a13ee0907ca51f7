import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

type TextAnchorProps = Omit<AnchorProps, 'href'> & Omit<ComponentProps<'a'>, keyof AnchorProps | 'color'>;

const TextAnchor = (props: TextAnchorProps) => <Anchor {...props} />;

/** A link in text to a page of the console, with the address checked against the routes. */
export const TextLink = createLink(TextAnchor);
