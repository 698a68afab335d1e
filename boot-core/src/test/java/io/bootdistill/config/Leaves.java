package io.bootdistill.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bootdistill.objective.Bootstrap;
import io.bootdistill.objective.Derivative;
import io.bootdistill.objective.Objective;
import io.bootdistill.objective.Pinn;
import io.bootdistill.objective.Trajectories;
import io.bootdistill.phase.Cmt;
import io.bootdistill.phase.Consistency;
import io.bootdistill.phase.Direct;
import io.bootdistill.phase.Progressive;
import io.bootdistill.phase.Tract;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The single values of a tree of records, by their way from the root: {@code phases.objective.Trajectories.steps}. */
final class Leaves {

    /** The kinds of objectives of this library. */
    private static final List<Class<?>> OBJECTIVES = List.of(Trajectories.class, Bootstrap.class, Derivative.class, Pinn.class,
            Direct.class, Cmt.class, Progressive.class, Consistency.class, Tract.class);

    private Leaves() {}

    /** All that values of a type can have. */
    static Set<String> declared(Class<?> type) {
        Set<String> leaves = new TreeSet<>();
        declare(type, "", leaves);
        return leaves;
    }

    private static void declare(Type type, String at, Set<String> leaves) {
        Class<?> declared = raw(type);
        List<Class<?>> alternatives = alternatives(declared);
        if (!alternatives.isEmpty()) {
            leaves.add(at);
            alternatives.forEach(alternative -> declare(alternative, at + "." + alternative.getSimpleName(), leaves));
        } else if (declared.isRecord()) {
            for (RecordComponent component : declared.getRecordComponents()) {
                declare(component.getGenericType(), below(at, component), leaves);
            }
        } else {
            assertTrue(isLeaf(declared), at + " is of an unknown " + type);
            leaves.add(at);
        }
    }

    /** Those of a record; the kind of an alternative is one, too. Only the first of a list counts. */
    static Map<String, Object> of(Record record) {
        Map<String, Object> leaves = new LinkedHashMap<>();
        collect(record.getClass(), record, "", leaves);
        return leaves;
    }

    private static void collect(Type type, Object value, String at, Map<String, Object> leaves) {
        Class<?> declared = raw(type);
        Object single = value instanceof List<?> list ? list.get(0) : value;
        if (!alternatives(declared).isEmpty()) {
            leaves.put(at, single.getClass());
            collect(single.getClass(), single, at + "." + single.getClass().getSimpleName(), leaves);
        } else if (declared.isRecord()) {
            for (RecordComponent component : declared.getRecordComponents()) {
                collect(component.getGenericType(), RecordJson.get(component, single), below(at, component), leaves);
            }
        } else {
            leaves.put(at, single);
        }
    }

    /** Where two records differ. */
    static Set<String> different(Record a, Record b) {
        Map<String, Object> one = of(a);
        Map<String, Object> other = of(b);
        Set<String> different = new TreeSet<>(one.keySet());
        different.addAll(other.keySet());
        different.removeIf(leaf -> one.containsKey(leaf) && other.containsKey(leaf)
                && (one.get(leaf) == null ? other.get(leaf) == null : one.get(leaf).equals(other.get(leaf))));
        return different;
    }

    /** The kinds that values of a type can be; empty where there is one. */
    static List<Class<?>> alternatives(Class<?> type) {
        if (type == Objective.class) {
            return OBJECTIVES;
        }
        return type.isInterface() && type.isSealed() ? List.of(type.getPermittedSubclasses()) : List.of();
    }

    static Class<?> raw(Type type) {
        return type instanceof ParameterizedType list ? (Class<?>) list.getActualTypeArguments()[0] : (Class<?>) type;
    }

    private static boolean isLeaf(Class<?> type) {
        return type.isPrimitive() || type.isEnum() || type == Path.class || type == java.time.Duration.class;
    }

    private static String below(String at, RecordComponent component) {
        return at.isEmpty() ? component.getName() : at + "." + component.getName();
    }
}
