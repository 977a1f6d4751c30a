// JMeter without its plan files, which Debian's 2.13 cannot read: `java -cp "$JMETER" Visitors.java OUT.jtl`.
import java.io.File;
import org.apache.jmeter.control.LoopController;
import org.apache.jmeter.engine.StandardJMeterEngine;
import org.apache.jmeter.reporters.ResultCollector;
import org.apache.jmeter.samplers.SampleSaveConfiguration;
import org.apache.jmeter.protocol.java.sampler.JavaSampler;
import org.apache.jmeter.testelement.TestPlan;
import org.apache.jmeter.config.Arguments;
import org.apache.jmeter.threads.SetupThreadGroup;
import org.apache.jmeter.threads.ThreadGroup;
import org.apache.jmeter.util.JMeterUtils;
import org.apache.jorphan.collections.HashTree;

public class Visitors {
    static JavaSampler sampler(String name, int sleep, int spread) {
        JavaSampler s = new JavaSampler();
        s.setName(name);
        s.setClassname("org.apache.jmeter.protocol.java.test.JavaTest");
        Arguments a = new Arguments();
        a.addArgument("Sleep_Time", String.valueOf(sleep));
        a.addArgument("Sleep_Mask", "0x" + Integer.toHexString(spread));
        a.addArgument("Label", name);
        a.addArgument("ResponseCode", name.equals("cart") ? "503" : "200");
        a.addArgument("Status", name.equals("cart") ? "KO" : "OK");
        s.setArguments(a);
        return s;
    }

    public static void main(String[] args) throws Exception {
        JMeterUtils.loadJMeterProperties("/usr/share/jmeter/bin/jmeter.properties");
        JMeterUtils.setJMeterHome("/usr/share/jmeter");
        JMeterUtils.initLocale();
        LoopController loops = new LoopController();
        loops.setLoops(40);
        loops.setFirst(true);
        loops.initialize();
        ThreadGroup group = new ThreadGroup();
        group.setName("visitors");
        group.setNumThreads(4);
        group.setRampUp(1);
        group.setSamplerController(loops);
        TestPlan plan = new TestPlan("plan");
        HashTree tree = new HashTree();
        HashTree threads = tree.add(plan).add(group);
        threads.add(sampler("home, page", 5, 0xF));
        threads.add(sampler("cart", 10, 0x1F));
        SampleSaveConfiguration config = new SampleSaveConfiguration(true);
        config.setAsXml(false);
        config.setFieldNames(true);
        ResultCollector results = new ResultCollector();
        results.setSaveConfig(config);
        results.setFilename(new File(args[0]).getAbsolutePath());
        tree.add(tree.getArray()[0], results);
        StandardJMeterEngine engine = new StandardJMeterEngine();
        engine.configure(tree);
        engine.run();
        System.exit(0);
    }
}
