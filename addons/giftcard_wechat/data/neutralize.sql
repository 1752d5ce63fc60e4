-- A copy of the database neither speaks to WeChat nor serves the sessions of members.
UPDATE giftcard_wechat_app
   SET secret = NULL,
       message_token = NULL,
       message_key = NULL;
UPDATE giftcard_qq_app
   SET secret = NULL;
UPDATE giftcard_sms_gateway
   SET secret = NULL,
       kind = 'backoffice';
DELETE FROM giftcard_one_time_code;
DELETE FROM giftcard_wechat_token;
UPDATE giftcard_wechat_outbox
   SET state = 'dead', due_at = NULL
 WHERE state = 'waiting';
UPDATE giftcard_wechat_shipping
   SET state = 'dead', due_at = NULL
 WHERE state = 'waiting';
DELETE FROM giftcard_api_token;
DELETE FROM giftcard_api_request;
DELETE FROM giftcard_staff_session;
-- Nor does it take money, give it back or ask for it with the merchant's keys.
UPDATE payment_provider
   SET wechatpay_private_key = NULL,
       wechatpay_apiv3_key = NULL,
       wechatpay_api_url = 'https://wechatpay.invalid'
 WHERE code = 'wechatpay';
DELETE FROM giftcard_wechatpay_key;
UPDATE payment_transaction
   SET wechatpay_due_at = NULL
 WHERE wechatpay_due_at IS NOT NULL;
