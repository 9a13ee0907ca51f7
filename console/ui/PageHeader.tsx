import type { ReactNode, Ref } from 'react';
import classes from './PageHeader.module.css';

interface PageHeaderProps {
  title: ReactNode;
  description?: ReactNode;
  breadcrumbs?: ReactNode;
  /** The page's one primary action. */
  action?: ReactNode;
  titleRef?: Ref<HTMLHeadingElement>;
}

/** Breadcrumb, the page's only h1, one sentence, one action. */
export function PageHeader({ title, description, breadcrumbs, action, titleRef }: PageHeaderProps) {
  return (
    <header className={classes.header}>
      {breadcrumbs}
      <div className={classes.row}>
        <h1 className={classes.title} ref={titleRef} tabIndex={-1}>
          {title}
        </h1>
        {action && <div className={classes.action}>{action}</div>}
      </div>
      {description && <p className={classes.description}>{description}</p>}
    </header>
  );
}
