import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#eaf4f6',
  '#d3e7eb',
  '#a6d0d9',
  '#86c2ce',
  '#55a5b5',
  '#3a8fa1',
  '#22788b',
  '#0f6376',
  '#0b4f5f',
  '#083b47',
];
const warmGray: MantineColorsTuple = [
  '#faf9f7',
  '#f4f2ee',
  '#e9e6e0',
  '#dbd7cf',
  '#c4bfb5',
  '#a39d92',
  '#655f57',
  '#5c574f',
  '#3d3933',
  '#24211d',
];
const warmDark: MantineColorsTuple = [
  '#ece8e1',
  '#cfcac2',
  '#ada79d',
  '#8b857b',
  '#544f47',
  '#3d3934',
  '#26231f',
  '#1a1815',
  '#151311',
  '#100f0d',
];
const red: MantineColorsTuple = [
  '#fbe9e7',
  '#f7d4d0',
  '#f0aaa4',
  '#eb938b',
  '#de5f55',
  '#d04439',
  '#bf3228',
  '#a92a21',
  '#8d211a',
  '#701a14',
];

// Instant: nothing moves between a fast keyboard and the next field.
const dialog = { closeButtonProps: { 'aria-label': 'Close' }, transitionProps: { duration: 0 } };

const raised = {
  content: { background: 'var(--raised)' },
  header: { background: 'var(--raised)' },
  title: { fontSize: '20px', lineHeight: '28px', fontWeight: 600 },
};

export const theme = createTheme({
  colors: { petrol, gray: warmGray, dark: warmDark, red },
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  fontFamily: "'Source Sans 3 Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono', ui-monospace, monospace",
  fontSizes: { xs: '12px', sm: '14px', md: '16px', lg: '20px', xl: '28px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '28px', lineHeight: '36px' },
      h2: { fontSize: '20px', lineHeight: '28px' },
      h3: { fontSize: '16px', lineHeight: '24px' },
      h4: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  defaultRadius: 'sm',
  radius: { sm: '4px', md: '6px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    InputWrapper: { styles: { description: { fontSize: '14px', lineHeight: '20px' }, label: { fontWeight: 600 } } },
    Modal: { defaultProps: { ...dialog, centered: true }, styles: raised },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: dialog, styles: raised },
    Tooltip: {
      defaultProps: {
        openDelay: 300,
        withinPortal: true,
        multiline: true,
        maw: 320,
        events: { hover: true, focus: true, touch: true },
      },
    },
    Anchor: { defaultProps: { underline: 'always' } },
    Table: { defaultProps: { verticalSpacing: 8 } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#fdfcfa',
    '--mantine-color-text': '#24211d',
    '--mantine-color-dimmed': '#655f57',
    '--mantine-color-placeholder': '#6f6a62',
    '--mantine-color-error': '#a92a21',
    '--mantine-color-default-border': '#c4bfb5',
  },
  dark: {
    '--mantine-color-body': '#1a1815',
    '--mantine-color-text': '#ece8e1',
    '--mantine-color-dimmed': '#ada79d',
    '--mantine-color-placeholder': '#a09a90',
    '--mantine-color-error': '#f3aaa3',
    '--mantine-color-default-border': '#544f47',
  },
});
