import { PageHeader } from '#console/ui/PageHeader.tsx';

export const TeamConfigPage = () => <PageHeader title="Team Config" />;
