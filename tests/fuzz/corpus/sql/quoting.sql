SELECT E'\';', U&'\0041' , U&"d\0061t", N'x', B'1', X'f', $1, 'a'
'b', $tag$ ; $$ $tag$, "a""b", /* a /* b */ ; */ 1e+5 -- ;
; CREATE TABLE "éé" ("a.b" int);
