import type { Delivery } from '../world.ts';

export const deliveryItem = (delivery: Delivery) => ({
  id: delivery.id,
  guid: delivery.guid,
  delivered_at: delivery.deliveredAt.toISOString(),
  redelivery: delivery.isRedelivery,
  duration: delivery.durationMs / 1000,
  status: delivery.status,
  status_code: delivery.statusCode,
  event: delivery.event,
  action: delivery.action,
  installation_id: delivery.installationId,
  repository_id: delivery.repositoryId,
  throttled_at: null,
});

export const deliveryDocument = (delivery: Delivery) => ({
  ...deliveryItem(delivery),
  url: delivery.url,
  request: { headers: delivery.headers, payload: delivery.payload },
  response: { headers: delivery.answer.headers, payload: delivery.answer.body },
});
