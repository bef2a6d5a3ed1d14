\restrict KEY
SELECT pg_catalog.set_config('search_path', '', false);
\connect app
CREATE TABLE public."User" (id integer DEFAULT nextval('x'::regclass) NOT NULL);
COPY public."User" (id, name) FROM stdin;
1	it's; DROP TABLE x
\.
ALTER TABLE ONLY public."User" ADD CONSTRAINT "User_pkey" PRIMARY KEY (id);
