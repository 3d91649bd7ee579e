-- What a lead wants of the office: to rent a home, to buy one, or to sell one.

ALTER TABLE leads ADD COLUMN kind TEXT NOT NULL DEFAULT 'rental';
