-- A copy of the database neither speaks to WeChat nor serves the sessions of members.
UPDATE giftcard_wechat_app
   SET secret = NULL;
DELETE FROM giftcard_api_token;
DELETE FROM giftcard_api_request;
