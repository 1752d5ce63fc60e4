-- A copy of the database must not give the codes of others away.
UPDATE giftcard_pool_code
   SET ciphertext = 'neutralized';
