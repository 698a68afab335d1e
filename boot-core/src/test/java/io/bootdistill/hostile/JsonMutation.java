package io.bootdistill.hostile;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Lies in a text of JSON: other values, other types, other keys, and what no writer of JSON would write. */
final class JsonMutation {

    /** Raw texts of values, JSON or not. */
    private static final String[] VALUES = {"null", "true", "false", "0", "-1", "1", "2", "3", "7", "0.5", "-0.0", "1e-320",
        "16384", "65536", "2147483647", "2147483648", "9007199254740993", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "1e18", "1e30", "1.7e308", "1e400", "1e100000", "1e2147483648", "-1e100000000", "NaN",
        "Infinity", "-Infinity", "00", "0x10", "\"\"", "\"a\"", "\"1\"", "\"null\"", "\"\\u0000\"", "\"\\u0000NaN\"", "\"\\ud800\"",
        "\"../../etc/passwd\"", "\"\\u001b[2J\\u0007\\r\\n\\u202e\"", "[]", "{}", "[[]]", "[null]", "[1, 2]", "[0, 0]", "[-1]",
        "[64, 64, 64, 64]",
        "[2147483647, 2147483647]", "[\"a\"]", "{\"a\": 1}", "{\"a\": {\"a\": {}}}", "1 2", "]", "'a'", "/**/1"};

    private final SplittableRandom random;
    private final JsonElement root;
    private final String original;
    private final List<String> raw = new ArrayList<>();

    JsonMutation(SplittableRandom random, String text) {
        this.random = random;
        this.original = text;
        this.root = JsonParser.parseString(text);
    }

    /** The text with so many changes. */
    String text(int changes) {
        for (int i = 0; i < changes && root.isJsonObject(); i++) {
            change(container(root));
        }
        String text = new GsonBuilder().serializeNulls().setPrettyPrinting().disableHtmlEscaping().create().toJson(root);
        for (int i = 0; i < raw.size(); i++) {
            text = text.replace('"' + mark(i) + '"', raw.get(i));
        }
        return random.nextInt(30) == 0 ? text + original : text;
    }

    /** The element or one within it that holds others. */
    private JsonElement container(JsonElement from) {
        List<JsonElement> inside = from.isJsonObject() ? new ArrayList<>(from.getAsJsonObject().asMap().values())
                : from.getAsJsonArray().asList();
        List<JsonElement> deeper = inside.stream().filter(e -> e.isJsonObject() || e.isJsonArray()).toList();
        return deeper.isEmpty() || random.nextInt(3) == 0 ? from : container(deeper.get(random.nextInt(deeper.size())));
    }

    private void change(JsonElement element) {
        if (element.isJsonArray()) {
            JsonArray array = element.getAsJsonArray();
            if (random.nextInt(4) == 0) { // a larger network, consistently
                long number = 1L << random.nextInt(32);
                array.asList().replaceAll(old -> new JsonPrimitive(number));
            } else if (array.isEmpty() || random.nextInt(4) == 0) {
                array.add(value());
            } else if (random.nextInt(4) == 0) {
                array.remove(random.nextInt(array.size()));
            } else {
                array.set(random.nextInt(array.size()), value());
            }
            return;
        }
        JsonObject object = element.getAsJsonObject();
        List<String> keys = List.copyOf(object.keySet());
        String key = keys.isEmpty() ? "a" : keys.get(random.nextInt(keys.size()));
        switch (random.nextInt(12)) {
            case 0 -> object.remove(key);
            case 1 -> object.add(key + "s", value());
            case 2 -> object.add("k".repeat(1 << random.nextInt(16)), value());
            case 3 -> object.add("\u001b[31m\u0000" + key, value());
            case 4 -> { // the key once more
                JsonElement old = object.remove(key);
                object.add(key, marked((old == null ? "1" : old.toString()) + ", \"" + key + "\": " + anyValue()));
            }
            default -> object.add(key, value());
        }
    }

    private JsonElement value() {
        return marked(anyValue());
    }

    private JsonElement marked(String text) {
        raw.add(text);
        return new JsonPrimitive(mark(raw.size() - 1));
    }

    private static String mark(int i) {
        return "@raw" + i + "@";
    }

    private String anyValue() {
        return switch (random.nextInt(18)) {
            case 0 -> "[".repeat(1 << random.nextInt(12)) + "]".repeat(1 << random.nextInt(12));
            case 1 -> "{\"a\":".repeat(300) + "1" + "}".repeat(300);
            case 2 -> '"' + "x".repeat(1 << random.nextInt(18)) + '"';
            case 3 -> "9".repeat(1 << random.nextInt(14));
            case 4 -> "[" + "1, ".repeat(1 << random.nextInt(12)) + "1]";
            case 5 -> Long.toString(random.nextLong());
            case 6 -> Long.toString(1L << random.nextInt(63));
            case 7 -> Integer.toString(random.nextInt(1 << random.nextInt(24)));
            default -> VALUES[random.nextInt(VALUES.length)];
        };
    }
}
