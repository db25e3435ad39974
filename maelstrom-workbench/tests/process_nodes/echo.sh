#!/bin/sh
# An echo node as a shell script, with habits that other languages' nodes have: keys in another order, white space,
# an `id` of its own in the envelope, no `msg_id` on replies, text after the message. With an argument, that is one more
# member of each reply to an echo.
while IFS= read -r line; do
    src=${line#*'"src":"'}; src=${src%%'"'*}
    dest=${line#*'"dest":"'}; dest=${dest%%'"'*}
    id=${line##*'"msg_id":'}; id=${id%%[!0-9]*}
    echo=${line#*'"echo":"'}; echo=${echo%%'"'*}
    case $line in
        *'"type":"init"'*)
            echo '{ "body" : { "in_reply_to" : '"$id"', "type":"init_ok" }, "id": 7, "dest":"'"$src"'", "src":"'"$dest"'" }' ;;
        *'"type":"echo"'*)
            echo ' {"dest":"'"$src"'",	"body":{"echo":"'"$echo"'","in_reply_to":'"$id$1"', "type":"echo_ok"},"src":"'"$dest"'"} ok' ;;
    esac
done
