import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { MemberHolds } from '#console/compliance/MemberHolds.tsx';
import { paths } from '#console/paths.ts';
import { MemberPermissions } from '#console/roles/MemberPermissions.tsx';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { MemberDetail } from '#contract/directory.ts';
import { EditMember } from './EditMember.tsx';
import { MemberAccess } from './MemberAccess.tsx';
import { MemberActions } from './MemberActions.tsx';
import { MemberRoles } from './MemberRoles.tsx';
import { MemberStatusBadge } from './MemberStatusBadge.tsx';
import { MemberTokens } from './MemberTokens.tsx';
import { MemberUsage } from './MemberUsage.tsx';
import { sourceNames } from './member-words.ts';
import { SourceBadge } from './SourceBadge.tsx';

type Detail = z.infer<typeof MemberDetail>;

export function MemberPage() {
  const { id } = useParams({ from: '/shell/members/$id' });
  const seesAccess = useCan('members.write');
  const seesUsage = useCan('activity.read');
  const seesCompliance = useCan('compliance.read');
  const seesTokens = useCan('access-tokens.manage');
  const member = useQuery(api.directory.members.get.queryOptions({ input: { id } }));
  return (
    <Page
      title={member.data?.name ?? 'Member'}
      description={member.data?.email}
      above={[{ label: 'Members', to: paths.members }]}
      action={member.data && <EditMember member={member.data} />}
      history={{ subjectId: id }}
    >
      <Loaded query={member} what="This member could not be loaded">
        {(detail) => (
          <>
            <Section title="Access" action={<RecentActivity memberId={id} />}>
              <AccessFacts member={detail} />
            </Section>
            {seesUsage && <MemberUsage memberId={id} />}
            <MemberRoles member={detail} />
            <MemberPermissions memberId={id} />
            {seesAccess && <MemberAccess member={detail} />}
            {seesCompliance && <MemberHolds memberId={id} />}
            {seesTokens && <MemberTokens member={detail} />}
            <Section title="Clients seen" description="Codex clients that called in this member's name.">
              <SeenClients clients={detail.clients} />
            </Section>
            <Section title="Change membership">
              <MemberActions member={detail} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function RecentActivity({ memberId }: { memberId: string }) {
  const seesActivity = useCan('activity.read');
  return (
    seesActivity && (
      <TextLink to={paths.activity} search={{ memberId }}>
        Recent activity
      </TextLink>
    )
  );
}

function AccessFacts({ member }: { member: Detail }) {
  const seesPolicies = useCan('policies.read');
  return (
    <Facts
      items={[
        ['Status', <MemberStatusBadge key="status" status={member.status} />],
        ['Source', member.source === 'manual' ? null : sourceNames[member.source]],
        ['Groups', member.groups.length === 0 ? 'none' : <GroupLinks key="groups" groups={member.groups} />],
        [
          'Policy',
          member.policy ? (
            <span key="policy">
              {seesPolicies ? (
                <TextLink to={paths.policy} params={{ id: member.policy.id }}>
                  {member.policy.name}
                </TextLink>
              ) : (
                member.policy.name
              )}{' '}
              <Text span c="dimmed">
                {member.policy.because}
              </Text>
            </span>
          ) : (
            'none: no group of theirs has one, and there is no fallback'
          ),
        ],
        ['Last active', member.lastActiveAt ? <RelativeTime key="active" at={member.lastActiveAt} /> : 'never'],
        ['Added', <RelativeTime key="added" at={member.createdAt} />],
        ['Invitation ends', member.invitation && <RelativeTime key="invitation" at={member.invitation.expiresAt} />],
      ]}
    />
  );
}

function GroupLinks({ groups }: Pick<Detail, 'groups'>) {
  return groups.map(({ id, name, source }, index) => (
    <span key={id}>
      {index > 0 && ', '}
      <TextLink to={paths.group} params={{ id }}>
        {name}
      </TextLink>
      {source === 'scim' && (
        <>
          {' '}
          <SourceBadge source={source} />
        </>
      )}
    </span>
  ));
}

function SeenClients({ clients }: Pick<Detail, 'clients'>) {
  if (clients.length === 0) return <Text c="dimmed">None yet.</Text>;
  return (
    <Facts
      items={clients.map(({ client, version, lastSeenAt }) => [
        `${client} ${version}`,
        <RelativeTime key={client} at={lastSeenAt} />,
      ])}
    />
  );
}
