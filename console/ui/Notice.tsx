import { CircleCheck, CircleX, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Notice.module.css';

const icons = { ok: CircleCheck, info: Info, warn: TriangleAlert, bad: CircleX };

interface NoticeProps {
  tone: keyof typeof icons;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}

/** A paragraph set apart. Warnings and errors are announced to screen readers when they appear. */
export function Notice({ tone, title, children, actions }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div
      className={classes.notice}
      data-tone={tone}
      role={tone === 'bad' ? 'alert' : tone === 'info' ? undefined : 'status'}
    >
      <Icon size={20} aria-hidden className={classes.icon} />
      <div className={classes.body}>
        {title && <p className={classes.title}>{title}</p>}
        {children && <div className={classes.text}>{children}</div>}
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
    </div>
  );
}
